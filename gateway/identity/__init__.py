"""
Who asks: tokens of an OpenID provider, API keys, or nobody in particular with a session. Start with `guard`.
"""
