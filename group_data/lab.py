"""The lab: machines that are made for trying and thrown away."""

mailman_site_owner = "postmaster@lab.test"
