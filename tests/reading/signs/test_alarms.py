"""Phrases in parts, and how many frightened and how many calm callers the alarms of Beijing hear.

The callers' words were written before the list of phrases and the list was not mended after them: leave
them so, and write new ones to measure a new list.
"""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from jieban.city.book import Book
from jieban.reading.signs.urgency import AlarmFinder
from jieban.reading.text import fold

DANGERS = """\
楼道里一股煤气味儿越来越冲，我们这层都不敢开灯
挖掘机把地底下天然气管子给刨了，离学校也就五十米
隔壁饭馆换煤气坛子，阀门关不上，气直往外蹿
地库里充着电的电瓶车烧起来了，整个楼道全是烟
我们家插线板着了，窗帘也点着了，我拿水泼不灭
小区变电箱刚才崩了一声，冒白烟，滋啦滋啦响
锅炉房咚的一声炸了，玻璃全碎了，里头还有俩师傅
公交站那根灯杆子带电，刚有个大爷扶了一下就倒地上了
地下室灌水了，配电箱还泡着呢，我老公下去拉闸被打了一下躺那儿了
胡同口高压线耷拉下来了，离地不到一米
我们家这栋老楼墙裂了个大口子，能伸进胳膊，嘎吱嘎吱响，一楼的都跑出来了
工地的架子倒了，好几个民工压底下了
旁边那个挡土墙眼瞅着往外鼓，底下就是我家
树倒了砸在一辆出租车上，司机好像还在车里头不动
土方塌下来把挖沟的师傅埋了，就露个手
外墙擦玻璃那个吊篮绳子断了一根，俩人在半空中斜着晃
塔吊上那个大钢筋捆晃来晃去绳子快断了，下面是马路
电梯突然不动了，我跟我闺女关在里头，灯也灭了，按铃没人理
货梯往下掉了好几层，里面的人摔伤了
我们爬野山下不来了，天黑了，手机就剩百分之八的电
我婆婆反锁在卫生间里面，摔了，门撞不开
有个孩子掉到没盖的井里了，听得见他在底下哭
大妈踩翻了井盖，整个人漏下去了，卡在那里
小男孩在水库边玩滑下去了，扑腾两下没影儿了
护城河里有个人在扑腾，快不行了，岸上没人会水
汽车冲进河里了，车窗还露一点，人没出来
一帮孩子跑到冰面上去了，冰嘎嘎响
下穿桥底下水没到车顶了，车里还有人敲玻璃
水一直往上涨，我一个人带俩娃在一楼，电也断了
山上水下来了，把村口的桥冲没了，我们二十多户出不去
后山滑下来一大片泥石流，把老张家埋了
放学路上有个井敞着口，啥围挡也没有
我闺女把自己锁屋里，留了封遗书，喊她不答应
天桥栏杆外头站着个女的，一直哭，看着要往下跳
他拿水果刀划手腕，流了一地血
楼下有人拿菜刀追着人砍，已经倒了一个
几个人把一个学生堵在巷子里往死里打，满头是血
隔壁男的说今晚要把他全家都杀了，手里提着斧头
我被他们关在一个宾馆里，手机是偷偷藏的，出不去
砖厂里有个傻子被铁链子拴着干活，天天挨打
对门天天打那孩子，今天打得特别狠，孩子叫得惨，后来没声了
幼儿园老师拿针扎我家娃，大腿上全是针眼
有个男的抱着个娃，娃一直喊不认识他
孩子不见了，就在商场一转身的工夫，五岁，穿红衣服
俺家闺女跟我吵架跑了，一天一宿没消息，才十三
我在外地，给我爸打了一上午电话都不接，他有心脏病一个人住
我姥姥一个人在家摔地上了，起不来，够不着门
小区流浪狗成群追着老人咬，腿上咬掉一块肉
野猪闯进村子，把我大爷顶了，肚子都破了
我家宝宝把老鼠药吃了，嘴里吐白沫
学校食堂吃完饭，班里三十几个学生肚子疼上吐下泻
我爸突然倒地上了，嘴歪了，话也说不出来
孩子高烧抽过去了，眼睛往上翻
我妈从梯子上栽下来，后脑勺着地，耳朵流血
孩子吃果冻卡嗓子了，脸都青了
高速上好几辆车追尾，有人夹在驾驶室里出不来，漏油了
校车翻沟里了，里面都是孩子在哭
十二楼的玻璃幕墙裂了，一块一块往下掉，下面人来人往
外墙皮哗哗往下掉，刚砸了一个过路的
大树歪了，树根都出来了，快倒我家房上了
""".splitlines()

CALM = """\
想问一下天然气开户要带什么材料，多少钱
燃气费这个月突然多了两百，请核实表有没有问题
邻居在楼道里抽烟，烟味儿全飘我家来了
最近股票跌得我火冒三丈，银行还冻结我的卡
邻居半夜放炮仗，吓得孩子睡不着
电线杆上贴满了小广告，没人清理
路灯不亮好几天了，晚上走路看不见
小区大门的杆子老砸车，物业不赔
我们这边的吊车占道停着，出入不方便
老楼加装电梯一楼不同意，怎么协调
公司拖欠工资，我们的生活很困难，希望帮帮
井盖响得厉害，车一过咣当咣当，晚上睡不着
水库边钓鱼的人太多，留下一堆垃圾
请问什刹海冰场几点开门，门票多少
地下室返潮发霉，开发商不管
建议汛期前把村里的排水沟清一清
楼上天天跳绳，咚咚咚的，受不了
我想问打架斗殴一般怎么处罚
老师打了孩子手心两下，想反映一下师德
健身卡合同霸王条款，不让退
幼儿园伙食不好，孩子回来老说饿
我的猫丢了，在小区里贴启事被撕了
钱包落出租车上了，帮我联系司机
老人想申请居家养老服务，怎么办理
遛狗不牵绳，狗屎到处都是
超市买的酸奶过期了，要求赔偿
食品经营许可证怎么办理
医保卡异地报销怎么弄
我妈去年摔断了腿，想申请残疾证
我的车被剐蹭了，对方不认，要调监控
共享单车乱停乱放，把盲道都占了
空调外机滴水滴到我家雨棚上，吵得睡不着
广告牌太亮，晚上影响休息
自来水发黄，有股消毒水味
垃圾桶满了没人收，招苍蝇
公交车等了四十分钟不来
居住证到期了怎么续签
装修公司收了钱不干活，电话打不通
直播间买的东西是假货，商家把我拉黑了
表扬一下社区的小刘，上次我妈走丢了是他帮忙找回来的
""".splitlines()

LEAST_HEARD, MOST_RAISED = 53, 1
"""What the list hears today of 60 and 40: it may only get better."""


def _finder(book: Book, *phrases: str) -> AlarmFinder:
    row = book.tables["alarms"][0]
    return AlarmFinder(
        replace(book, tables={**book.tables, "alarms": tuple(replace(row, phrase=one) for one in phrases)})
    )


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("掉进…鱼塘", "孩子掉进村口鱼塘了", "掉进村口鱼塘"),
        ("掉进…鱼塘", "掉进鱼塘", "掉进鱼塘"),
        ("掉进…鱼塘", "鱼塘边上有人掉进去", ""),
        ("电梯…困", "电梯坏了，三个人困里面", "电梯坏了，三个人困"),
        ("电梯…困", "电梯修好了。我为停车的事很困扰", ""),
        ("电梯…困", f"电梯{'啊' * 12}困", f"电梯{'啊' * 12}困"),
        ("电梯…困", f"电梯{'啊' * 13}困", ""),
        ("水…水里", "水深，人在水里", "水深，人在水里"),
        ("车…水…喊", "车淹在水中间有人喊", "车淹在水中间有人喊"),
        ("车…水…喊", "水淹了车有人喊", ""),
        ("a…b…c", "a123456789b12345b1c", "a123456789b12345b1c"),
        ("电梯…被困", "电梯里没有被困", ""),
        ("电梯…被困", "没电梯被困的事，后来电梯真的有人被困", "电梯真的有人被困"),
        ("……着火…", "着火了", "着火"),
    ],
)
def test_the_parts_of_a_phrase_follow_one_another(beijing: Book, phrase: str, text: str, quote: str) -> None:
    found = _finder(beijing, phrase).find(fold(text))
    assert [text[one.start : one.end] for one in found] == ([quote] if quote else [])


def test_a_phrase_is_found_once_and_phrases_in_the_order_of_the_text(beijing: Book) -> None:
    found = _finder(beijing, "狗…咬", "着火").find("不是着火。着火了着火了，狗又咬人狗又咬人")
    assert [(one.alarm.phrase, one.start) for one in found] == [("着火", 5), ("狗…咬", 12)]


def test_a_book_without_phrases_hears_nothing(beijing: Book) -> None:
    assert _finder(beijing).find("着火了") == []
    assert _finder(beijing, "", "…").find("着火了") == []


@pytest.mark.parametrize("unit", ["孩子", "没着火", "孩子掉井里电梯困水没过车门打不开狗咬人"])
def test_hostile_repetition_stays_cheap(beijing: Book, unit: str) -> None:
    finder = AlarmFinder(beijing)
    began = process_time()
    finder.find(unit * (20_000 // len(unit)))
    assert process_time() - began < 1


def test_most_dangers_are_heard(beijing: Book) -> None:
    finder = AlarmFinder(beijing)
    heard = [text for text in DANGERS if any(one.first for one in finder.find(fold(text)))]
    assert len(heard) >= LEAST_HEARD, set(DANGERS) - set(heard)


def test_few_calm_callers_raise_an_alarm(beijing: Book) -> None:
    finder = AlarmFinder(beijing)
    raised = [text for text in CALM if any(one.first for one in finder.find(fold(text)))]
    assert len(raised) <= MOST_RAISED, raised
