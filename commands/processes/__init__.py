"""What follows by itself: policies, couriers and watches, one module per role."""
