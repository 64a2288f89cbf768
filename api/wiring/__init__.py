"""The composition root: plain constructor calls. Nothing else in `api` may know an adapter."""
