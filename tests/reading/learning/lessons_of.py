"""Small labelled sets of our own for the tests of learning: three matters, said in many ways."""

from __future__ import annotations

from itertools import product

WHO = ("我家", "我们小区", "隔壁楼", "单位宿舍", "楼下", "村里", "学校旁边", "路口")
WHAT = {
    "heat": ("暖气片冰凉", "供暖一直不热", "热力站没人管", "屋里只有十三度", "暖气管不循环"),
    "noise": ("半夜施工吵得睡不着", "工地打桩噪声太大", "酒吧音响震天", "广场舞喇叭很吵", "装修电钻不停"),
    "waste": ("垃圾桶满了没人清", "垃圾堆在楼道口发臭", "垃圾车几天不来", "厨余到处乱倒", "建筑垃圾没人运"),
}
ENDS = ("请尽快处理", "已经一个星期了", "打电话没人接", "老人受不了")


def rows(every: int = 1) -> tuple[list[tuple[str, ...]], list[str]]:
    """(title, text) of each request and its label; with ``every`` only each so manieth."""
    texts: list[tuple[str, ...]] = []
    labels: list[str] = []
    for label, whats in WHAT.items():
        for number, (who, what, end) in enumerate(product(WHO, whats, ENDS)):
            if number % every == 0:
                texts.append((what, f"{who}{what}，{end}。"))
                labels.append(label)
    return texts, labels
