"""What your production hosts have in common; group_data/all.py explains every setting."""

# mailman_web_host = "lists.your-domain.org"
# mailman_domains = ["lists.your-domain.org"]
# mailman_site_owner = "postmaster@your-domain.org"
