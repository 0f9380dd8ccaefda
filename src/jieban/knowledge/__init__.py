"""Knowledge (知识库): what is answered to a question, where it stands, until when it may be trusted.

``search`` is the door: it ranks the articles for a question. ``actions`` are the only writers.
"""
