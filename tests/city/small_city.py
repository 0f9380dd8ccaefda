"""A city of two districts, small enough to read: the pack that the tests of this room change."""

from __future__ import annotations

from pathlib import Path

COMMON = "valid_from,valid_to,source,status"
SINCE = "2020-01-01,,own,demonstration"

PACK_TOML = """\
code = "smalltown"
name = "小城"
name_en = "Smalltown"
schema = 1
version = "1"
timezone = "Asia/Shanghai"
division = "990000"

[number]
format = "{date:%y%m%d}{serial:06d}{check}"
"""

TABLES: dict[str, tuple[str, list[str]]] = {
    "places": (
        "code,parent,level,name,name_en,lon,lat,population",
        [
            "990000,,city,小城,Smalltown,116.4,39.9,1000",
            "990101,990000,district,东区,East,116.41,39.91,600",
            "990102,990000,district,西区,West,,,400",
            "990101001,990101,street,一街,First Street,,,300",
            "990101002,990101,street,二街,,,,",
            "990102001,990102,street,三街,,,,",
            "990101001001,990101001,community,甲社区,,,,",
            "990102001001,990102001,community,乙社区,,,,",
        ],
    ),
    "place_names": ("name,place,kind", ["花园小区,990101001001,estate", "老街,990101001,spoken"]),
    "lines": ("code,name,name_en", ["water,水务,Water", "housing,住房,Housing", "services,政务服务,"]),
    "units": (
        "code,name,name_en,kind,parent,place,line,calendar",
        [
            "990000,小城人民政府,,city_government,,990000,,working",
            "city.services,政务服务局,,service_department,990000,990000,services,working",
            "hotline,热线中心,,hotline,city.services,990000,,always",
            "city.water,市水务局,,department,990000,990000,water,working",
            "city.housing,市住房局,,department,990000,990000,housing,working",
            "990101,东区政府,,district,990000,990101,,working",
            "990102,西区政府,,district,990000,990102,,working",
            "990101.water,东区水务局,,district_department,990101,990101,water,working",
            "990101001,一街办事处,,street,990101,990101001,,working",
            "990101002,二街办事处,,street,990101,990101002,,working",
            "990102001,三街办事处,,street,990102,990102001,,working",
            "ent.power,供电公司,,enterprise,990000,990000,,always",
        ],
    ),
    "calendars": (
        "code,name,name_en,hours,weekdays",
        ["always,全天,,00:00-24:00,1234567", "working,工作时间,,09:00-12:00|13:30-18:00,12345"],
    ),
    "calendar_days": (
        "calendar,day,kind,name",
        ["working,2026-10-01,off,国庆节", "working,2026-10-02,off,国庆节", "working,2026-10-10,work,调休"],
    ),
    "demand_types": ("code,name,name_en,statutory", ["CONSULT,咨询,,yes", "HELP,求助,,yes"]),
    "tags": ("code,name,name_en,group", ["housing,住有所居,,seven_haves"]),
    "categories": (
        "code,parent,level,name,name_en,keywords,aliases,tags",
        [
            "01,,1,生活,,生活|家|住,,",
            "0101,01,2,供水,,水|水管|停水,用水,",
            "010101,0101,3,停水,,停水|没水|断水,,housing",
            "010102,0101,3,水质,,水黄|水臭|水质,,",
            "0102,01,2,供电,,电|停电|电表,,",
            "010201,0102,3,停电,,停电|没电|断电,,",
        ],
    ),
    "dispatch_catalogue": (
        "code,category,place_level,lead,assist,tier,basis",
        [
            "R1,01,street,street,district:water|unit:990101001001,ordinary,",
            "R2,01,any,city:housing,,ordinary,",
            "R3,0101,district,district:water,city:water,ordinary,",
            "R4,010201,any,unit:ent.power,street,urgent,",
        ],
    ),
    "limit_tiers": (
        "code,name,name_en,amount,unit,calendar,sign_in_hours,first_contact_hours,warn_hours",
        ["ordinary,一般,,7,day,always,2,24,24", "urgent,紧急,,2,hour,always,0.25,0.5,0.5"],
    ),
    "branches": (
        "code,name,name_en,explanation,explanation_en,basis",
        ["direct,直接答复,,当场答复,,Ordinance Art. 11"],
    ),
    "exclusions": (
        "code,name,name_en,group,days,basis,needs",
        ["duplicate,重复,,shape,,,", "waiting,挂账,,ledger,90,,date"],
    ),
    "schemes": (
        "code,name,name_en,weight_response,weight_resolution,weight_satisfaction,"
        "basic_satisfied,partly_solved,unreachable",
        ["standard,标准,,10,45,45,0.6,0.5,exclude"],
    ),
    "alarms": ("phrase,name,tier,call,reason,reason_en", ["着火,火灾,urgent,119,有危险,"]),
    "rules": ("code,value,unit,name,name_en", ["merge_days,30,day,合并窗口,"]),
}
"""Table -> (own columns, rows without the four common cells)."""


def write_city(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the pack into ``folder``; ``changes`` (file name -> whole text) replace or add files."""
    files = {f"{table}.csv": csv_text(table) for table in TABLES} | {"pack.toml": PACK_TOML} | (changes or {})
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def csv_text(table: str, *more: str, without: str = "\0", common: str = SINCE) -> str:
    """A table as text, with whole rows ``more`` added and rows that begin with ``without`` left out."""
    header, rows = TABLES[table]
    kept = [f"{row},{common}" for row in rows if not row.startswith(without)]
    return "\n".join([f"{header},{COMMON}", *kept, *more]) + "\n"


def swapped(table: str, old: str, new: str) -> dict[str, str]:
    """The file of a table with one text replaced by another, to pass as ``changes``."""
    text = csv_text(table)
    assert old in text
    return {f"{table}.csv": text.replace(old, new)}
