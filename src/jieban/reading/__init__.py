"""Reading (智能阅读): what a request says — type, matter, urgency, place, facts — with reasons.

Pure: takes a ``Book`` and a text, gives a ``Reading``; no database, no clock, no network.
"""
