"""
What keeps one service's trouble from becoming everybody's: a budget for retries, a breaker, and admission by priority.
"""
