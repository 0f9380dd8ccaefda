"""Call-back (回访): at the time limit the requester is asked, and his answers close the ticket."""
