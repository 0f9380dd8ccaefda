"""Dispatch (派单): from what was understood to the one unit that must act, with the reasons."""
