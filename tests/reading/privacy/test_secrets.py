"""Personal numbers are masked whatever way they are written; other numbers stay."""

from __future__ import annotations

import random
import time

import pytest

from jieban.reading.privacy.identifiers import is_id_number, luhn
from jieban.reading.privacy.secrets import find_secrets, mask
from jieban.reading.text import clean


def shown(text: str) -> str:
    text = clean(text)
    return mask(text, find_secrets(text))


def kinds(text: str) -> list[str]:
    text = clean(text)
    return [secret.kind for secret in find_secrets(text)]


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138.1234.5678",
        "138 12345678",
        "1381234 5678",
        "138123 45678",
        "+86 138 1234 5678",
        "+8613812345678",
        "008613812345678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "１３８１２３４５６７８",
        "138\u200b1234\u200b5678",
        "138–1234–5678",
        "幺三八一二三四五六七八",
        "一三八一二三四五六七八",
        "幺38幺2345678",
        "(138)1234 5678",
    ],
)
@pytest.mark.parametrize("around", ["电话{}", "打我手机 {} 就行", "联系人王大爷{}。", "{}"])
def test_mobile_numbers(written: str, around: str) -> None:
    text = clean(around.format(written))
    found = find_secrets(text)
    assert [secret.value for secret in found if secret.kind == "phone"] == ["13812345678"], mask(text, found)


def test_the_ends_of_a_mobile_stay_readable() -> None:
    assert shown("我的手机是13812345678，谢谢") == "我的手机是138****5678，谢谢"
    assert shown("138 1234 5678") == "138 **** 5678"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010-62345678", "010-62345678"),
        ("010 6234 5678", "010-62345678"),
        ("(010)62345678", "010-62345678"),
        ("（010）6234-5678", "010-62345678"),
        ("01062345678", "010-62345678"),
        ("0971-8234567", "0971-8234567"),
        ("0971-8234-567", "0971-8234567"),
        ("家里电话62345678", "62345678"),
        ("座机：6234 5678", "62345678"),
    ],
)
def test_landlines(text: str, value: str) -> None:
    assert [secret.value for secret in find_secrets(clean(text))] == [value]
    assert value[-8:] not in shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "身份证11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "身份证号：110101199003070012",  # a slip in the check digit, but he says what it is
        "身份证号 110101900307001",
        "护照号码E12345678",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "编的是110105491231002没错",  # fifteen digits, without a word that says so
    ],
)
def test_identity_numbers(text: str) -> None:
    assert kinds(text) == ["id"]
    assert "19491231" not in shown(text)
    assert "9003070" not in shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "卡号6222021234567890128",
        "卡号 6222 0212 3456 7890 128",
        "退到4111111111111111",
        "4111 1111 1111 1111",
        "6 2 2 2 0 2 1 2 3 4 5 6 7 8 9 0 1 2 8",
        "银行卡：6217000010001234567",  # mistyped, but he says what it is
    ],
)
def test_bank_cards(text: str) -> None:
    assert kinds(text) == ["card"]


@pytest.mark.parametrize(
    "text", ["京A12345", "京a·12345", "京AD12345", "冀R·88B21", "京N·A1234学", "京 A 12345", "京A-12345"]
)
def test_licence_plates(text: str) -> None:
    assert "plate" in kinds(f"车牌{text}堵着大门")


@pytest.mark.parametrize("text", ["a.b-c@163.com", "ZHANG_san@mail.bj.gov.cn"])
def test_mail_addresses(text: str) -> None:
    assert kinds(f"邮箱{text}。") == ["email"]


@pytest.mark.parametrize(
    "text", ["微信号abc_12345", "加我微信：wangxiao88", "QQ：123456789", "vx zhang_1990"]
)
def test_accounts(text: str) -> None:
    assert kinds(text) == ["account"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫王小明，住三楼", "我叫王**，住三楼"),
        ("我叫欧阳修文。", "我叫欧***。"),
        ("联系人：李四，晚上打", "联系人：李*，晚上打"),
        ("本人姓名张三丰", "本人姓名张**"),
        ("我是王强，电话是13511112222", "我是王*，电话是135****2222"),
        ("我叫王小明。王小明敬上", "我叫王**。王**敬上"),
    ],
)
def test_names_after_a_cue(text: str, masked: str) -> None:
    assert shown(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "我是业主，住在望京街道",
        "我是常营的，问一下",
        "我是高中生，想办身份证",
        "我是房山人，来这儿五年了",
        "我是路过的，看见井盖没了",
        "工单编号13812345678还没办",
        "订单号6222021234567890128",
        "上次的工单2601010000123没人管",
        "拨打12345和12315都没用",
        "客服400-810-1234打不通",
        "交了13812345678元",
        "6号楼3单元1201室",
        "2024-10-11 10:30 到 2024-10-12",
        "每平米35.8元，共计128940.55元",
        "许可证号110105200001012345",
        "101路公交和G101国道",
        "面积120.5平方米，2019年3月15日入住",
        "京ICP备12345678号",
        "营业执照号91110105MA01ABCD3X",
        "3.14159265358979",
        "招募爱心大使10000名",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert shown(text) == text


def test_recall_on_many_made_up_numbers() -> None:
    """Every form of every kind, many times: none may slip through."""
    dice = random.Random(7)
    for _ in range(2000):
        digits = "1" + dice.choice("3456789") + "".join(dice.choices("0123456789", k=9))
        form = dice.choice(["{}{}{}", "{} {} {}", "{}-{}-{}", "{} {}{}"])
        written = form.format(digits[:3], digits[3:7], digits[7:])
        assert digits[3:7] not in shown(f"请打{written}找我").replace(" ", "").replace("-", "")[5:9]
        card = "62" + "".join(dice.choices("0123456789", k=16))
        card += next(last for last in "0123456789" if luhn(card + last))
        assert kinds(f"退款到{card}吧") == ["card"]


def test_check_digit_of_an_identity_number() -> None:
    assert is_id_number("11010519491231002x", (18,))
    assert not is_id_number("110105194912310021", (18,))
    assert not is_id_number("110105194913310029", (18,))


def test_secrets_of_all_kinds_in_one_text() -> None:
    text = "我叫王小明，13812345678或010-62345678，身份证11010519491231002X，"
    text += "卡6222021234567890128，车京A12345，a@b.cn"
    assert set(kinds(text)) == {"name", "phone", "id", "card", "plate", "email"}
    masked = shown(text)
    for part in ("小明", "1234567", "62345678", "19491231", "2021234", "A1234", "a@b"):
        assert part not in masked


@pytest.mark.parametrize(
    "text", ["1" * 100_000, "1 " * 50_000, "a@" * 50_000, "1-3 " * 25_000, "京a" * 50_000]
)
def test_long_texts_do_not_stall(text: str) -> None:
    begin = time.process_time()
    find_secrets(text)
    assert time.process_time() - begin < 2


def test_every_drawn_number_is_hidden() -> None:
    """What the bench draws, in every way of writing: the part to hide is never readable."""
    from bench._personal import KINDS
    from bench.privacy import _readable

    dice = random.Random(11)
    seen = 0
    for kind in KINDS.values():
        for _ in range(300):
            said, hidden = kind(dice)
            text = clean(f"修不好。{said}，谢谢。")
            assert not _readable(mask(text, find_secrets(text)), text, hidden), said
            seen += 1
    assert seen == 300 * len(KINDS)
