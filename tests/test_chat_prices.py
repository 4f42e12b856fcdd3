"""Prices: dated, one's own first, never 0 for want of knowledge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rfp_responder.chat.prices import FREE, Price, is_private, load_prices
from rfp_responder.errors import InputError

PUBLIC = "https://api.openai.com/v1"
LOCAL = "http://127.0.0.1:8080/v1"


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_list_says_of_which_day_it_is() -> None:
    assert load_prices().as_of >= date(2026, 1, 1)


def test_every_shipped_price_is_sane() -> None:
    for name, price in load_prices().shipped.items():
        assert 0 < price.input <= price.output, name
        assert price.cached_input is None or 0 < price.cached_input < price.input, name


def test_tokens_are_priced_by_the_million() -> None:
    price = Price(2.0, 8.0, 0.5)
    assert price.cost(1_000_000, 0) == pytest.approx(2.0)
    assert price.cost(0, 500_000) == pytest.approx(4.0)
    assert price.cost(1_000_000, 0, cached_tokens=400_000) == pytest.approx(1.2 + 0.2)


def test_input_that_the_server_kept_has_the_full_price_where_no_other_is_known() -> None:
    assert Price(2.0, 8.0).cost(1000, 0, cached_tokens=1000) == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("asked", "family"),
    [
        ("gpt-4o-2024-11-20", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("GPT-4o-mini", "gpt-4o-mini"),
        ("openai/gpt-4.1-nano", "gpt-4.1-nano"),
        ("gpt-5-mini-latest", "gpt-5-mini"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
    ],
)
def test_a_dated_version_has_the_price_of_its_family(asked: str, family: str) -> None:
    prices = load_prices()
    assert prices.of(asked, PUBLIC) == prices.shipped[family]


@pytest.mark.parametrize("asked", ["gpt-4omni", "gpt-4o-audio-preview", "gpt-5.9", "gpt-5-turbo", "my-model", ""])
def test_what_only_looks_like_a_listed_model_has_no_price(asked: str) -> None:
    assert load_prices().of(asked, PUBLIC) is None


def test_a_model_on_a_machine_of_ones_own_is_free_and_an_unknown_one_elsewhere_is_not() -> None:
    prices = load_prices()
    assert prices.of("llama3", LOCAL) == FREE
    assert prices.of("llama3", "https://models.example.com/v1") is None


def test_a_listed_model_behind_a_local_gateway_keeps_its_price() -> None:
    prices = load_prices()
    assert prices.of("gpt-4o", LOCAL) == prices.shipped["gpt-4o"]


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://localhost:11434/v1", True),
        ("http://[::1]:8080/v1", True),
        ("http://10.1.2.3/v1", True),
        ("http://192.168.0.9:8000", True),
        ("http://gpu.local/v1", True),
        ("https://8.8.8.8/v1", False),
        ("https://localhost.example.com/v1", False),
        ("https://api.openai.com/v1", False),
        ("", False),
        ("http://[broken", False),
    ],
)
def test_a_private_address_is_told_from_a_public_one(url: str, private: bool) -> None:
    assert is_private(url) is private


def test_ones_own_list_wins_over_the_shipped_one(tmp_path: Path) -> None:
    own = listed(tmp_path, '[models]\n"gpt-4o" = { input = 1, output = 2 }\n"house" = { input = 0.5, output = 0.5 }\n')
    prices = load_prices(own)
    assert prices.of("gpt-4o-2024-11-20", PUBLIC) == Price(1.0, 2.0)
    assert prices.of("house", LOCAL) == Price(0.5, 0.5)
    assert prices.of("gpt-4o-mini", PUBLIC) == load_prices().shipped["gpt-4o-mini"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models = [", "is no TOML"),
        ("as_of = 2026-01-01", "holds no models"),
        ("[models]\nm = 3", "is no price"),
        ("[models]\nm = { input = 1 }", "output is None"),
        ("[models]\nm = { input = -1, output = 1 }", "input is -1"),
        ("[models]\nm = { input = nan, output = 1 }", "input is nan"),
        ("[models]\nm = { input = true, output = 1 }", "input is True"),
        ("[models]\nm = { input = 1, output = 1, per = 1000 }", "unknown field 'per'"),
    ],
)
def test_a_list_with_a_fault_is_refused_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"prices\.toml") as fault:
        load_prices(listed(tmp_path, text))
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_prices(tmp_path / "none.toml")
