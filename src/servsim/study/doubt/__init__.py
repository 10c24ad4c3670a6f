"""What an answer rests on: settings that nobody knows exactly."""
