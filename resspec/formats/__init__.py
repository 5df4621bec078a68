"""What leaves resspec: weights under other names, and networks in other formats, each checked before it is told."""
