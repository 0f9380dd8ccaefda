"""The ways out, against real servers: what is sent, what is refused, what is tried again."""

from __future__ import annotations

import pytest
from tests.notices.servers import SMS_KEY, mail_server, sms_server

from jieban.foundation import env
from jieban.foundation.errors import SettingError
from jieban.notices.gateways import Down, Failed, MailGateway, Refused, SmsGateway, gateways


def _server(url: str) -> env.MailServer:
    port = int(url.split(":")[2].split("?")[0])
    return env.MailServer("127.0.0.1", port, "", "", "none", "12345@city.example")


def test_mail_goes_out_over_one_connection_with_a_lasting_id() -> None:
    with mail_server() as server:
        with MailGateway(_server(server.url)) as gateway:
            receipt = gateway.send("k1", "wang@example.com", "您的诉求 2611200000018", "您好：\n有进展。")
            gateway.send("k2", "li@example.com", "二", "三")
        assert server.connections == 1
        first = server.mails[0]
        assert first["Message-ID"] == receipt == "<k1@city.example>"
        assert first["Subject"] == "您的诉求 2611200000018"
        assert first["Auto-Submitted"] == "auto-generated"
        assert first.get_content().split() == ["您好：", "有进展。"]


@pytest.mark.parametrize(
    ("answer", "kind"), [("550 no such user", Refused), ("451 later", Failed), ("550 5.1.1 gone", Refused)]
)
def test_refused_address(answer: str, kind: type[Exception]) -> None:
    with mail_server() as server:
        server.refuse = lambda words: answer if "nobody" in words else ""
        with MailGateway(_server(server.url)) as gateway:
            with pytest.raises(kind) as caught:
                gateway.send("k", "nobody@example.com", "s", "t")
            assert "nobody" not in str(caught.value)
            gateway.send("k", "somebody@example.com", "s", "t")  # the connection still serves the next
        assert len(server.mails) == 1


@pytest.mark.parametrize("subject", ["two\nlines", "a\r\nBcc: x@example.com"])
def test_a_subject_cannot_add_headers(subject: str) -> None:
    with mail_server() as server, MailGateway(_server(server.url)) as gateway:
        with pytest.raises(Refused):
            gateway.send("k", "wang@example.com", subject, "t")
        assert not server.mails


def test_no_mail_server_is_down() -> None:
    with mail_server() as server:
        gone = _server(server.url)
    with MailGateway(gone) as gateway, pytest.raises(Down):
        gateway.send("k", "wang@example.com", "s", "t")


def test_text_message_is_signed_and_named() -> None:
    with sms_server() as server, SmsGateway(server.url, SMS_KEY) as gateway:
        assert gateway.send("k1", "13812345678", "", "有进展") == "r1"
        (post,) = server.posts
        assert post.signed
        assert post.body == {"id": "k1", "to": "13812345678", "text": "有进展"}
        assert post.headers["Idempotency-Key"] == "k1"


@pytest.mark.parametrize(("status", "kind"), [(422, Refused), (500, Failed), (429, Failed), (302, Failed)])
def test_answers_of_the_gateway(status: int, kind: type[Exception]) -> None:
    with sms_server() as server, SmsGateway(server.url, SMS_KEY) as gateway:
        server.status = status
        with pytest.raises(kind):
            gateway.send("k", "13812345678", "", "t")


def test_no_gateway_is_down() -> None:
    with SmsGateway("http://127.0.0.1:1/", SMS_KEY) as gateway, pytest.raises(Down):
        gateway.send("k", "13812345678", "", "t")


def test_settings_of_gateways(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gateways() == {"email": None, "sms": None}
    monkeypatch.setenv("JIEBAN_SMTP_URL", "smtp://me:p%40ss@mail.example:2525?tls=ssl")
    with pytest.raises(SettingError, match="JIEBAN_MAIL_FROM"):
        gateways()
    monkeypatch.setenv("JIEBAN_MAIL_FROM", "12345@city.example")
    assert env.mail_server() == env.MailServer(
        "mail.example", 2525, "me", "p@ss", "ssl", "12345@city.example"
    )
    for wrong in (
        "http://x",
        "smtp://",
        "smtp://h:x",
        "smtp://h?tls=maybe",
        "smtp://h?tls=ssl&x=1",
        "smtp://h/p",
    ):
        monkeypatch.setenv("JIEBAN_SMTP_URL", wrong)
        with pytest.raises(SettingError):
            env.mail_server()
    monkeypatch.setenv("JIEBAN_SMS_URL", "https://sms.example/send")
    with pytest.raises(SettingError, match="JIEBAN_SMS_KEY"):
        env.sms_gateway()
    monkeypatch.setenv("JIEBAN_SMS_KEY", SMS_KEY)
    assert env.sms_gateway() == ("https://sms.example/send", SMS_KEY)
