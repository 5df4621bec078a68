"""The inverted residual block of MobileNetV2 for resspec."""
