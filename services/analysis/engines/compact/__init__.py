"""The model that is shipped: a small encoder for Chinese and English beside a linear model."""
