"""The desks of staff: my work, the lists, the dispatcher, the ticket, the interviewer, the seat."""
