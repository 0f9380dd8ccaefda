"""Masks for personal data on screens, in files and in logs."""

from __future__ import annotations


def mask_phone(phone: str) -> str:
    """``13812345678`` → ``138****5678``; short numbers keep their last two digits."""
    digits = phone.strip()
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def mask_name(name: str) -> str:
    """``王小明`` → ``王**``."""
    return f"{name[0]}{'*' * min(len(name) - 1, 2)}" if name else ""
