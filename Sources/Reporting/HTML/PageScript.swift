/// What a page does: headings sort their table, and what is folded opens for print. Without it nothing is missing.
enum PageScript {
  static let script = Markup(
    trusted: """
      "use strict";
      const contents = document.querySelector("nav details");
      contents.open = matchMedia("(min-width: 75rem)").matches;

      const number = text => parseFloat(text.replace(/,/g, "").replace("−", "-"));
      const orders = { none: "ascending", ascending: "descending", descending: "none" };

      for (const table of document.querySelectorAll("table.sortable")) {
        const body = table.tBodies[0], rows = [...body.rows];
        const headings = [...table.tHead.rows[0].cells];
        headings.forEach((heading, column) => {
          if (heading.tagName !== "TH") return;
          const button = document.createElement("button");
          button.type = "button";
          button.append(...heading.childNodes);
          heading.append(button);
          heading.setAttribute("aria-sort", "none");
          button.addEventListener("click", () => {
            const order = orders[heading.getAttribute("aria-sort")], sign = order === "descending" ? -1 : 1;
            for (const other of table.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
            heading.setAttribute("aria-sort", order);
            table.classList.toggle("sorted", order !== "none");
            const isNumber = heading.className === "n";
            const key = row => {
              const cell = row.cells[column];
              if (!cell || cell.colSpan > 1) return isNumber ? NaN : "";
              return isNumber ? number(cell.textContent) : cell.textContent;
            };
            // What has no number is last either way.
            const compare = (a, b) => {
              const [x, y] = [key(a), key(b)];
              if (x !== x || y !== y) return (x !== x) - (y !== y);
              return x < y ? -sign : x > y ? sign : 0;
            };
            body.append(...(order === "none" ? rows : rows.toSorted(compare)));
          });
        });
      }

      addEventListener("beforeprint", () => {
        for (const folded of document.querySelectorAll("main details")) folded.open = true;
      });
      """)
}
