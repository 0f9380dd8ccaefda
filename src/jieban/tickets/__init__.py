"""Tickets (诉求工单): the first kind of matter, a demand from its arrival to the requester's verdict."""
