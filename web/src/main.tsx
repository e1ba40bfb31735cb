import { render } from "preact";
import { start } from "./board";
import { Page } from "./page";
import "./style/parts.css";
import "./style/now.css";
import "./style/form.css";

const place = document.getElementById("app");
if (place) render(<Page />, place);
void start();
