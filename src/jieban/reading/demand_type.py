"""What the caller wants (诉求类型, Ordinance Art. 2): cue phrases of the language, weighed and explained.

The codes are those every pack has (docs/city-pack.md); a type that a pack does not have is never given.
"""

from __future__ import annotations

from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

DEFAULT = "HELP"
"""A request without any cue: someone needs something done."""

_CUES: dict[str, dict[float, str]] = {
    "CONSULT": {
        3.0: "咨询 想咨询 想问一下 想问问 请问 问一下 想了解 了解一下 想知道 怎么办理 如何办理 需要什么材料 要什么手续 "
        "需要哪些材料 需要带什么 在哪儿办 在哪里办 去哪办 去哪儿办 去哪里办 符合条件吗 什么条件 有什么条件 怎么申请 "
        "如何申请 能不能办 可以办吗 怎么查 如何查询 怎么查询 什么政策 有没有政策 政策是什么 是否可以办 打听一下 打听 "
        "怎么收费 收费标准是什么 怎么算的 怎么计算 几点上班 办理流程 什么流程 什么手续 多久能办下来",
        1.5: "怎么办 怎么弄 如何 是否 能否 可以吗 行不行 是不是 什么时候 多少钱 哪里 哪儿 去哪 找谁 谁负责 吗？ 吗? 怎么",
    },
    "HELP": {
        2.5: "求助 帮帮我 帮帮忙 帮我 帮忙 请帮 麻烦帮 求求 救救 急需 需要帮助 协助 希望协助 希望帮助 请求解决 "
        "请尽快 尽快修 派人来 来人看看 快来 赶紧派人 给修一下 给修修 能不能修 请安排 希望安排 希望尽快",
        1.2: "希望解决 希望修 维修 修一下 报修 坏了 停水 停电 没水 没电 没暖气 堵了 漏水 困难 尽快 恢复",
    },
    "COMPLAINT": {
        3.0: "投诉 我要投诉 反映 不作为 态度差 态度恶劣 推诿 踢皮球 扯皮 不给解决 拒不 乱收费 欺诈 欺骗 坑人 霸王条款 "
        "要求赔偿 要求退款 要求退费 不退 不给退 跑路 扰民 太吵 没人管 不管 没有人管 无人管理 不处理 不解决",
        1.2: "要求 严重影响 影响 影响居民 一直没 多次反映 至今 还是没 不满 太过分 气死 受不了 忍无可忍 必须 恶心 说法 "
        "凭什么 不合理 不公平 拖欠 糊弄 敷衍 欠薪",
    },
    "REPORT": {
        3.5: "举报 我要举报 检举 揭发 实名举报 匿名举报 要举报",
        2.0: "涉嫌 违法 非法 无证 无照 偷税 漏税 贩卖 赌博 传销 卖淫 偷排 偷倒 私自 假冒 伪造 受贿 贪污 假药 黑作坊 "
        "黑诊所 套取 骗保 骗补 请查处 查处 违规 吸毒 盗采",
    },
    "SUGGESTION": {
        3.5: "建议 我建议 提个建议 提一个建议 建议一下 提建议 有个建议 小建议 合理化建议",
        2.0: "能否增设 能否考虑 可否考虑 希望增设 希望增加 希望能增加 是否可以增加 可以考虑 不妨 应该增设 完善 优化 改进 "
        "最好能 如果能 我觉得可以 个人认为",
    },
    "PRAISE": {
        4.5: "表扬 感谢信 送锦旗 锦旗 特此感谢 点赞 点个赞 要感谢 表示感谢 向他表示 表达感谢 提出表扬 非常感谢他 好评 "
        "特别感谢 由衷感谢 想感谢 夸一夸 夸夸 口头表扬",
        1.5: "热心 拾金不昧 态度特别好 服务很好 服务特别好 耐心 周到 认真负责 好人好事 很满意 感动 辛苦了",
    },
}
_CLOSE = frozenset({"SUGGESTION", "PRAISE", "REPORT"})
"""Types that a plain wish or thanks at the end does not make: only a strong cue counts for them alone."""

_TITLE_FACTOR = 1.5
_REPEAT_FACTOR = 0.3
_LIMIT = 1500
"""Signs looked at: what somebody wants is said early, or at the end."""

_NEGATED = ("不是", "并非", "不想", "没有", "不要", "不")


@dataclass(frozen=True, slots=True)
class TypeFound:
    """A demand type, the cues that spoke for it (position and length in the text), and all scores."""

    code: str
    cues: tuple[tuple[int, int], ...]
    scores: dict[str, float]


class TypeFinder:
    """Finds the demand type; ``allowed`` are the codes of the pack."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        cues: dict[str, tuple[str, float]] = {}
        for code, groups in _CUES.items():
            for weight, words in groups.items():
                for word in words.split():
                    cues.setdefault(word, (code, weight))
        self._meaning = list(cues.values())
        self._words = list(cues)
        self._finder = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)

    def find(self, title: str, text: str) -> TypeFound:
        """The type of a folded title and text."""
        head = text if len(text) <= _LIMIT else text[: _LIMIT * 2 // 3] + text[-_LIMIT // 3 :]
        scores: dict[str, float] = {}
        spans: dict[str, list[tuple[int, int]]] = {}
        seen: set[int] = set()
        for part, factor in ((title, _TITLE_FACTOR), (head, 1.0)):
            for number, start, end in self._finder.find_matches_as_indexes(part):
                code, weight = self._meaning[number]
                if part[max(0, start - 2) : start].endswith(_NEGATED):
                    continue
                gain = weight * factor * (_REPEAT_FACTOR if number in seen else 1.0)
                seen.add(number)
                scores[code] = scores.get(code, 0.0) + gain
                if part is not title:
                    spans.setdefault(code, []).append((start, end))
        code = self._best(scores)
        return TypeFound(code, tuple(spans.get(code, ())[:3]), scores)

    def _best(self, scores: dict[str, float]) -> str:
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        for code, score in ranked:
            if code in self._allowed and score >= (2.0 if code in _CLOSE else 1.0):
                return code
        if DEFAULT in self._allowed or not self._allowed:
            return DEFAULT
        return min(self._allowed)
