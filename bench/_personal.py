"""Made-up personal numbers in the many ways in which people write them, drawn from a seeded generator.

Every number is valid of its kind (check digits, prefixes, provinces) and belongs to nobody we know of.
``draw(kind, chance)`` gives the wording as a caller puts it, and the signs that must not stay readable.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from jieban.reading.privacy.identifiers import luhn

_HAN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_SPOKEN = {**_HAN, "0": "〇", "1": "幺"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REGIONS = (
    "110105",
    "110108",
    "130102",
    "220106",
    "320505",
    "370202",
    "440305",
    "510107",
    "630103",
    "650102",
)
_AREAS = ("010", "021", "022", "0311", "0971", "0755", "0571", "0931")
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_SURNAMES = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "欧阳", "诸葛")
_GIVEN = ("建国", "秀英", "伟", "芳芳", "志强", "淑兰", "子轩", "雨桐", "德福", "丽")

Drawn = tuple[str, str]
"""The caller's wording with the number in it, and the part of the number that has to be hidden."""


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def _grouped(text: str, sizes: Sequence[int], between: str) -> str:
    parts, place = [], 0
    for size in sizes:
        parts.append(text[place : place + size])
        place += size
    return between.join([*parts, *([text[place:]] if place < len(text) else [])])


def mobile(chance: random.Random) -> Drawn:
    """A mobile number of the mainland."""
    number = "1" + chance.choice("3456789") + _digits(chance, 9)
    ways: tuple[Callable[[str], str], ...] = (
        str,
        str,
        lambda one: _grouped(one, (3, 4, 4), " "),
        lambda one: _grouped(one, (3, 4, 4), "-"),
        lambda one: _grouped(one, (3, 4, 4), "."),
        lambda one: _grouped(one, (3, 3, 5), " "),
        lambda one: _grouped(one, (3, 8), " "),
        lambda one: "+86" + one,
        lambda one: "+86 " + _grouped(one, (3, 4, 4), " "),
        lambda one: "0086-" + one,
        _wide,
        " ".join,
        "\u200b".join,
        lambda one: "".join(_HAN[sign] for sign in one),
        lambda one: "".join(_SPOKEN[sign] for sign in one),
        lambda one: _grouped(one, (3, 4, 4), "—"),
        lambda one: _grouped(one, (4, 4, 3), " "),
        lambda one: f"({one[:3]}){one[3:7]}-{one[7:]}",
    )
    return _said(chance, chance.choice(ways)(number), ("手机", "电话", "我的号码是", "联系电话：")), number[
        3:7
    ]


def landline(chance: random.Random) -> Drawn:
    """A landline with its area code."""
    area = chance.choice(_AREAS)
    number = chance.choice("2345678") + _digits(chance, 7 if len(area) == 3 else chance.choice((6, 7)))
    ways = (
        f"{area}-{number}",
        f"{area}{number}",
        f"({area}){number}",
        f"（{area}）{number}",
        f"{area} {number}",
        f"{area}-{number[:4]}-{number[4:]}",
        _wide(f"{area}-{number}"),
        f"{area}—{number}",
        f"{area}-{number}转{_digits(chance, 3)}",
    )
    return _said(chance, chance.choice(ways), ("电话", "座机", "家里电话", "固话：")), number[:4]


def identity(chance: random.Random) -> Drawn:
    """An identity number with its check digit; seldom one of fifteen digits, which needs its name."""
    born = date(1935, 1, 1) + timedelta(days=chance.randrange(27_000))
    region = chance.choice(_REGIONS)
    if chance.random() < 0.1:
        number = f"{region}{born:%y%m%d}{_digits(chance, 3)}"
        return f"身份证号{chance.choice(('', '：', '是'))}{number}", number[6:12]
    number = f"{region}{born:%Y%m%d}{_digits(chance, 3)}"
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=True))
    number += "10X98765432"[total % 11]
    ways = (
        number,
        number,
        number.lower(),
        _grouped(number, (6, 8, 4), " "),
        _grouped(number, (6, 8, 4), "-"),
        _grouped(number, (6, 4, 4, 4), " "),
        _grouped(number, (3, 3, 4, 4, 4), " "),
        _wide(number),
        "\u200b".join(number),
        " ".join(number),
        _grouped(number, (14, 4), " "),
    )
    return _said(chance, chance.choice(ways), ("身份证", "身份证号：", "证件号码", "本人身份证号是")), number[
        6:14
    ]


def card(chance: random.Random) -> Drawn:
    """A bank card with its check digit (Luhn)."""
    start = chance.choice(("622202", "621700", "622848", "623058", "4367", "5201", "6217"))
    body = start + _digits(chance, chance.choice((16, 19, 19, 18, 17)) - 1 - len(start))
    number = body + next(last for last in "0123456789" if luhn(body + last))
    ways = (
        number,
        number,
        _grouped(number, (4, 4, 4, 4), " "),
        _grouped(number, (4, 4, 4, 4), "-"),
        _grouped(number, (6,), " "),
        _wide(number),
        "\u200b".join(number),
        " ".join(number),
    )
    return _said(chance, chance.choice(ways), ("卡号", "银行卡号：", "退到我的工行卡", "账号是")), number[
        4:-4
    ]


def plate(chance: random.Random) -> Drawn:
    """A number plate, the longer one of electric cars too."""
    number = "".join(chance.choices(_PLATE, k=3)) + _digits(chance, 2)
    if chance.random() < 0.4:
        number = chance.choice("DF") + _digits(chance, 5)
    head = chance.choice(_PROVINCES) + chance.choice("ABCDEFGHJK")
    between = chance.choice(("", "·", " ", ".", "-", "•"))
    written = f"{head}{between}{number}"
    written = chance.choice((written, written, written.lower(), _wide(written)))
    return _said(chance, written, ("车牌", "车牌号是", "一辆", "车号：")), number[1:-1]


def email(chance: random.Random) -> Drawn:
    """An e-mail address."""
    name = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) + _digits(chance, 3)
    site = chance.choice(("163.com", "qq.com", "126.com", "mail.example.com.cn", "gmail.com"))
    written = f"{name}@{site}"
    written = chance.choice((written, written, written.upper(), _wide(written)))
    return _said(chance, written, ("邮箱", "发到", "电子邮件：")), name[2:]


def account(chance: random.Random) -> Drawn:
    """A name or number in a messenger, which nobody can know without the word before it."""
    if chance.random() < 0.5:
        number = chance.choice("123456789") + _digits(chance, chance.choice((7, 8, 9)))
        return f"{chance.choice(('QQ', 'QQ号', 'qq：', 'QQ是', '扣扣'))}{number}", number[2:-1]
    name = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=5)) + "_" + _digits(chance, 4)
    return f"{chance.choice(('微信', '微信号', '微信号：', '加我微信', 'VX', 'vx：', 'wx '))}{name}", name[
        2:-1
    ]


def passport(chance: random.Random) -> Drawn:
    """A passport of the mainland, after its word."""
    number = chance.choice("EG") + chance.choice(("", chance.choice("ABCD"))) + _digits(chance, 7)
    number += "" if len(number) == 9 else _digits(chance, 9 - len(number))
    return f"{chance.choice(('护照', '护照号', '护照号码：', '护照号是'))}{number}", number[2:-1]


def name(chance: random.Random) -> Drawn:
    """A name after words that announce one."""
    given = chance.choice(_GIVEN)
    cue = chance.choice(("我叫", "联系人：", "本人姓名", "投诉人：", "我的名字是", "申请人：", "联系人"))
    return f"{cue}{chance.choice(_SURNAMES)}{given}", given


KINDS: dict[str, Callable[[random.Random], Drawn]] = {
    "mobile": mobile,
    "landline": landline,
    "id": identity,
    "card": card,
    "plate": plate,
    "email": email,
    "account": account,
    "passport": passport,
    "name": name,
}
"""Kind -> what draws one."""


def _said(chance: random.Random, written: str, cues: Sequence[str]) -> str:
    """The number as it is said: half the time with a word that announces it."""
    return (chance.choice(cues) if chance.random() < 0.5 else "") + written
