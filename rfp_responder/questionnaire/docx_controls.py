"""Content controls of a Word document: what kind a control is, what it allows, what it shows."""

from __future__ import annotations

from rfp_responder.questionnaire.docx_xml import Node
from rfp_responder.questionnaire.rules import is_placeholder


def properties(control: Node) -> Node | None:
    """The properties of a content control."""
    return control.child("sdtPr")


def shows_placeholder(control: Node) -> bool:
    """Whether a content control shows its placeholder."""
    found = properties(control)
    mark = found.child("showingPlcHdr") if found else None
    return mark is not None and mark.on


def control_lists(control: Node) -> tuple[str, ...] | None:
    """The entries of a drop-down, None for another control. An entry without a value is the placeholder."""
    found = properties(control)
    menu = (found.child("dropDownList") or found.child("comboBox")) if found else None
    if menu is None:
        return None
    shown = []
    for entry in menu.children:
        name = entry.attributes.get("displayText", "") or entry.attributes.get("value", "")
        if entry.tag == "listItem" and name.strip() and not is_placeholder(name):
            shown.append(name)
    return tuple(dict.fromkeys(shown))


def control_box(control: Node) -> Node | None:
    """The checkbox of a content control."""
    found = properties(control)
    return next((each for each in found.children if each.tag in {"w14:checkbox", "checkbox"}), None) if found else None


def is_form_control(control: Node) -> bool:
    """Whether a content control is one to fill in, and no picture, group, repeated section or building block."""
    found = properties(control)
    others = {"docPartObj", "docPartList", "group", "picture", "equation", "citation", "bibliography", "placeholder2"}
    return found is not None and not any(
        each.tag in others or each.tag.endswith((":repeatingSection", ":repeatingSectionItem"))
        for each in found.children
    )


def locked(control: Node | None) -> bool:
    """Whether the content of a control, or of one around it, may not be changed."""
    while control is not None:
        found = properties(control) if control.tag == "sdt" else None
        lock = found.child("lock") if found else None
        if lock and lock.val in {"contentLocked", "sdtContentLocked"}:
            return True
        control = control.parent
    return False
