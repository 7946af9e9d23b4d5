"""An AWS on 127.0.0.1 for trying Handrail out and for its tests. No product code knows it: it is an endpoint and a forward proxy."""
