"""The look of the report page and its one small script; both are named by their hashes in the page's policy."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--page:#fff;--raised:#f6f7f8;--ink:#1b1f24;--soft:#57606a;--line:#d5d9de;--link:#0b57a4;
--answered:#1f7a4d;--partial:#b26a00;--unanswered:#7a5ea8;--error:#c0312b;--not_required:#6b7785;
--not_a_question:#a9b1ba;--mark:#fff4d6}
@media(prefers-color-scheme:dark){:root{--page:#14171a;--raised:#1c2024;--ink:#e4e7ea;--soft:#a0a8b1;--line:#343a41;
--link:#7db7f0;--answered:#4cc38a;--partial:#e2a03f;--unanswered:#b79be6;--error:#f47067;--not_required:#8b96a3;
--not_a_question:#5a636d;--mark:#3a3118}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:.9375rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main,footer{max-width:78rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
h3{display:inline;font-size:1.02rem;margin:0}
p{margin:.3rem 0 .7rem;max-width:70ch}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,input:focus-visible,select:focus-visible{outline:2px solid var(--link);
outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.soft,.sec,.id,.files{color:var(--soft)}
.files{overflow-wrap:anywhere}
nav ul,.totals,.notes,.quotes,.plain{list-style:none;margin:0;padding:0}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.9rem 0 0;padding:.55rem 0;
border-block:1px solid var(--line)}
.bar{display:block;width:100%;height:10px;margin:1.1rem 0 .6rem;border-radius:5px;overflow:hidden}
.totals{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem}
.totals b{font-size:1.25rem;font-variant-numeric:tabular-nums}
.dot{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.4rem}
.answered{fill:var(--answered);background:var(--answered)}.partial{fill:var(--partial);background:var(--partial)}
.unanswered{fill:var(--unanswered);background:var(--unanswered)}.error{fill:var(--error);background:var(--error)}
.not_required{fill:var(--not_required);background:var(--not_required)}
.not_a_question{fill:var(--not_a_question);background:var(--not_a_question)}
table{width:100%;border-collapse:collapse;margin:.5rem 0 1rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .8rem .6rem 0;border-top:1px solid var(--line);font-weight:400;
overflow-wrap:anywhere}
thead th,thead .topic{font-weight:400;color:var(--soft);font-size:.85rem;border-top:0;padding-block:.2rem;
overflow-wrap:normal}
td:last-child{padding-right:0}
.at{width:10.5rem}.q{width:30%}.c{width:6rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.cell{white-space:nowrap}
.num{width:4.5rem;font-variant-numeric:tabular-nums}.topic{width:24%;font-weight:600}.where{width:22%}
.sec,.id{font-size:.87rem;display:block}
.choice{display:inline-block;border:1px solid var(--line);background:var(--raised);border-radius:4px;
padding:0 .45rem;font-weight:600;margin:0 .4rem .25rem 0}
.carried{font-size:.87rem;color:var(--soft);display:block}
.notes{color:var(--soft);font-size:.9rem;margin-top:.3rem}
.notes li{padding-left:.8rem;text-indent:-.8rem}.notes li::before{content:"– "}
details>summary{cursor:pointer}
.more{font-size:.9rem;margin-top:.35rem}.more>summary{color:var(--link)}
.quotes{margin:.4rem 0 .3rem;border-left:3px solid var(--line);padding-left:.8rem}
.quotes li{margin-bottom:.55rem}
q{quotes:"“" "”"}
.group{margin:.7rem 0 1.3rem}.group>summary{padding:.35rem 0}
.meter{display:block;width:4.2rem;height:4px;margin-top:.3rem}.meter .track{fill:var(--line)}
.plain>li{padding:.55rem 0;border-top:1px solid var(--line)}.plain ul{margin:.2rem 0;padding-left:1.1rem}
.asked{list-style:none;margin:0;padding:0}.asked li+li{margin-top:.3rem}.more .asked{margin-top:.3rem}
.rest>summary{color:var(--link);padding:.3rem 0}
tr:target th,tr:target td{background:var(--mark)}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.tools{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:end;background:var(--raised);padding:.7rem .9rem;
border-radius:6px;margin:.4rem 0 .8rem}
.tools[hidden],tr[hidden],.group[hidden]{display:none}
.tools label{display:block;font-size:.87rem;color:var(--soft)}
.tools input,.tools select{font:inherit;color:inherit;background:var(--page);border:1px solid var(--soft);
border-radius:4px;padding:.25rem .45rem;max-width:100%}
footer{color:var(--soft);font-size:.87rem;padding-block:1rem 2rem;border-top:1px solid var(--line);margin-top:2rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:44rem){
.c:empty{display:none!important}
header,main,footer{padding-inline:.9rem}
table,tbody,tr,th,td{display:block;width:auto}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{border-top:1px solid var(--line);padding:.7rem 0}
tbody th,tbody td,.at,.q,.c,.num,.topic,.where{border:0;padding:.12rem 0;width:auto}
tbody .at{display:flex;flex-wrap:wrap;gap:0 .7rem}.at .id{display:inline}
td[data-l]::before{content:attr(data-l) " ";color:var(--soft);font-size:.87rem;font-weight:400}
.c .meter{display:inline-block;vertical-align:middle;margin:0 0 0 .4rem}
}
@media print{
:root{--page:#fff;--raised:#fff;--ink:#000;--soft:#333;--line:#aaa;--link:#000}
html{font-size:10.5px}body{font-size:1rem}header,main,footer{max-width:none;padding:0}
.tools,nav,.skip{display:none}
details::details-content{content-visibility:visible;height:auto;display:block}
tr{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}
.bar,.dot,.meter,.choice{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""

SCRIPT = """
(() => {
  const tools = document.getElementById("tools");
  const find = document.getElementById("find"), most = document.getElementById("most");
  const sort = document.getElementById("sort"), told = document.getElementById("told");
  if (!tools) return;
  tools.hidden = false;
  const groups = [...document.querySelectorAll(".group")].map(box => ({
    box, body: box.querySelector("tbody"), rows: [...box.querySelectorAll("tbody tr")]
      .map(row => ({row, n: +row.dataset.n, c: row.dataset.c === undefined ? null : +row.dataset.c, words: null}))}));
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const show = () => {
    const wanted = find.value.trim().toLowerCase().split(/\\s+/).filter(Boolean), limit = +most.value;
    let seen = 0;
    for (const group of groups) {
      let here = 0;
      for (const each of group.rows) {
        each.words ??= each.row.textContent.toLowerCase();
        const sure = limit >= 1 || (each.c !== null && each.c < limit);
        const fits = sure && wanted.every(word => each.words.includes(word));
        each.row.hidden = !fits;
        here += fits;
      }
      group.box.hidden = !here;
      if (here && (wanted.length || limit < 1)) group.box.open = true;
      seen += here;
    }
    told.textContent = seen === total ? "" : `${seen} of ${total} rows`;
  };
  const order = () => {
    const by = sort.value === "file" ? (a, b) => a.n - b.n : (a, b) => (a.c ?? 2) - (b.c ?? 2) || a.n - b.n;
    for (const group of groups) group.body.append(...group.rows.sort(by).map(each => each.row));
  };
  let wait;
  find.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(show, 120); });
  most.addEventListener("change", show);
  sort.addEventListener("change", order);
  const reveal = () => {
    const row = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const box = row && row.closest("details");
    if (box && !box.open) { box.open = true; row.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach(box => box.open = true);
  });
  addEventListener("afterprint", () => closed.forEach(box => box.open = false));
  reveal();
})();
"""


def _digest(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


POLICY = (
    f"default-src 'none'; style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}; base-uri 'none'; form-action 'none'"
)
"""Nothing is fetched, and nothing runs or paints but the script and the style above: foreign words never could."""
