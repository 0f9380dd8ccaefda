"""What a request needs: its type, danger, urgency, people at risk, the answers it gives by itself."""
