"""Labels: what people say a post feels, beside what the model said, and how well the two agree."""
