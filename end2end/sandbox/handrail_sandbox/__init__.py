"""Handrail's sandbox: AWS and OpenHands played on 127.0.0.1, so that the console can be tried without an account."""
