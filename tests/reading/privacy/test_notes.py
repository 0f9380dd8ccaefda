"""What staff write: the requester's name and landline are masked, an official's may stay."""

from __future__ import annotations

from jieban.reading.privacy.notes import masked_by_staff


def test_an_officials_name_and_number_stay() -> None:
    said = "联系人：张建国，电话010-65123456"
    assert masked_by_staff(said) == said


def test_what_follows_a_word_for_the_requester_is_masked() -> None:
    kept = masked_by_staff("已联系居民，姓名：李晓明。诉求人座机010-65123456，手机13812345678")
    assert "65123456" not in kept
    assert "13812345678" not in kept
    assert "李晓明" not in masked_by_staff("诉求人李晓明已联系，诉求人姓名：李晓明")


def test_what_a_requester_is_told_is_no_name() -> None:
    assert masked_by_staff("工作人员向诉求人解释政策") == "工作人员向诉求人解释政策"
    assert masked_by_staff("诉求人：谢安全，表示满意") == "诉求人：谢**，表示满意"
