// Removed as soon as the room has a source of its own.
