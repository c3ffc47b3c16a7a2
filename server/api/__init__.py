"""Programs: JSON under ODK Central's paths."""
