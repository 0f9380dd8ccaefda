"""Names of persons, found only where the caller says that a name follows ("我叫…", "联系人：…")."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向"
    "汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单"
    "季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄"
    "窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查"
    "麻苑迟邝"
)
_COMPOUND = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "端木",
)
_HAN = "[\u4e00-\u9fff]"
_GIVEN = rf"(?:(?:{'|'.join(_COMPOUND)}){_HAN}{{1,2}}|[{_SURNAMES}]{_HAN}{{1,2}}?)"
_AFTER = r"(?=[^\u4e00-\u9fff]|$|电话|手机|身份证|住|家住|联系|先生|女士|今年|现年|是|男|女|和|在|来自|要|想|于|向|反映|投诉|的)"
_STRONG = re.compile(
    rf"(?:我叫|我名叫|名叫|本人姓名|姓名|名字叫|名字是|联系人|联络人|投诉人|反映人|举报人|诉求人|申请人|当事人|署名|落款)"
    rf"(?:是|为|叫)?[:：\s]{{0,3}}({_GIVEN}){_AFTER}"
)
_STRONG_LONG = re.compile(rf"(?:我叫|我名叫|本人姓名|名字叫)[:：\s]{{0,2}}([{_SURNAMES}]{_HAN}{{2}})")
_WEAK = re.compile(
    rf"(?:我是|本人|本人是)({_GIVEN})(?=[^\u4e00-\u9fff]|$|电话|手机|身份证|，|今年|现年|家住)"
)
_NOT_LAST = frozenset(
    "生员民主户人工师客长者妈爸众友区村街镇路里园院店家市县省乡城楼门站桥巷庄屯坊营堡校班级厂矿司局所队的了吗呢"
    "业学机票车房地方面边上下内外前后时候年月日天次岁"
)
_NOT_NAMES = frozenset(
    [
        "高中生",
        "高一",
        "高三",
        "高龄",
        "高血压",
        "单身",
        "单亲",
        "单位",
        "农民",
        "于是",
        "明天",
        "全部",
        "成都",
        "安徽",
        "华北",
        "江苏",
        "江西",
        "何时",
        "石家庄",
        "应该",
    ]
)


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name that follows a cue, and of its further mentions in ``text``."""
    names: set[str] = set()
    spans: list[tuple[int, int]] = []
    for pattern in (_STRONG, _STRONG_LONG, _WEAK):
        for match in pattern.finditer(text):
            name = match[1]
            if name in _NOT_NAMES or name[:2] in _NOT_NAMES or name[-1] in _NOT_LAST:
                continue
            spans.append(match.span(1))
            if len(name) >= 3:
                names.add(name)
    yield from spans
    for name in sorted(names):
        for match in re.finditer(re.escape(name), text):
            yield match.span()
