"""FOLLOW: a household's case (hồ sơ hỗ trợ) from registration to hand-over: acts, states, history."""
