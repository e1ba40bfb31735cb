"""How well a controller holds |grid| down: days of sun and load against charger, car and meter, second by second."""
