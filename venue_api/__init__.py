"""
Answers venues: what sells, when and through which channel.

Reads venues, events, holds and sales of the topic `inventory` and what people do around events of the topic
`activity`. Start with `app`, `routes`, `projection`.
"""
