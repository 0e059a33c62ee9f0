"""Duplicates: which posts say what an earlier one said, exactly or nearly (转载、近似重复)."""
