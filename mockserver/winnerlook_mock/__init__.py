"""Test double of the Winnerlook (云信) SMS gateway's trigger interface."""
