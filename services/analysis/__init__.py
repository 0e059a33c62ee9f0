"""The analysis room: what people say, feel and want."""
