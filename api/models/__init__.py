"""What goes in and out of the doors, as JSON: `asks` come in, `views` go out."""
