"""What an article can be, and its names."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LAW = "law"
POLICY = "policy"
GUIDE = "guide"
FAQ = "faq"
REPLY = "reply"

KIND_NAMES = {
    LAW: _("law"),  # 法规
    POLICY: _("policy"),  # 政策
    GUIDE: _("guide"),  # 办事指南
    FAQ: _("question and answer"),  # 问答
    REPLY: _("earlier reply"),  # 历史答复
}
KINDS = tuple(KIND_NAMES)
FOR_EVERYBODY = (LAW, POLICY, GUIDE, FAQ)
"""What the public may read: an earlier reply was written to one person."""
