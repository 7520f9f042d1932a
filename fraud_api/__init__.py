"""
Answers internal services: what a customer does, and how likely it is that the customer abuses the system.

Reads the customers' part of `inventory`, and `activity`, `feedback` and `models`. Start with `app`, `routes`,
`projection`; `features` is what training and serving share.
"""
