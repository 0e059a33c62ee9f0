"""Opinion officers (舆情监督员): staff whose office it is to report what they see."""
