"""RS5xx: searches."""

from __future__ import annotations

from resspec.codes.code import Code

SEARCH = {
    "RS501": Code(
        "No such search",
        "A name is no shipped search and no file.",
        "$ resspec search run digit",
        "Take a shipped name or a path.",
    ),
    "RS502": Code(
        "No study",
        "A folder holds no study.",
        "$ resspec search status .",
        "Name the folder that a search made: runs/NAME.",
    ),
    "RS503": Code(
        "Another search",
        "The folder holds the study of a search that says something else.",
        "$ resspec search run changed.yaml --path runs/old",
        "Give the changed search a folder of its own.",
    ),
    "RS504": Code(
        "No trial was completed",
        "Every trial failed.",
        "$ resspec search run mine.yaml",
        "The message tells how the first one failed.",
    ),
    "RS505": Code(
        "The last comparison failed",
        "Every finalist failed when it was trained again.",
        "$ resspec search run mine.yaml",
        "Lower the recipe's lr.",
    ),
    "RS510": Code(
        "A damaged journal",
        "The journal of a study cannot be read.",
        "$ resspec search run digits",
        "Take it from a copy, or begin in a new folder.",
    ),
    "RS511": Code(
        "A folder that cannot be used",
        "The folder of a study cannot be made or written.",
        "$ resspec search run digits --path /etc/hosts",
        "Name a folder that you may write.",
    ),
    "RS512": Code(
        "A damaged result",
        "The result of a study cannot be read.",
        "$ resspec search best runs/digits",
        "Delete the file that the message names and search again.",
    ),
    "RS513": Code(
        "A database that does not answer",
        "The database of a study is away, and stayed away for as long as a worker waits.",
        "$ resspec search run digits --storage postgresql://nobody@localhost:1/none",
        "Start the database, or correct the address; what was finished meanwhile is kept and recorded by the next run.",
    ),
    "RS514": Code(
        "A storage that cannot be used",
        "Workers can share a journal or a PostgreSQL database, whose driver is an extra.",
        "$ resspec search run digits --storage sqlite:///digits.db",
        "Take `journal` or `postgresql://USER:PASSWORD@HOST/DATABASE`.",
    ),
    "RS515": Code(
        "Another storage",
        "The folder belongs to a study that is stored elsewhere.",
        "$ resspec search run digits --storage postgresql://host/other",
        "Leave the storage out, or give the other study a folder of its own.",
    ),
    "RS516": Code(
        "Workers that die",
        "The processes of a search died again and again.",
        "$ resspec search run digits --workers 16",
        "Read their logs, which the message names; fewer workers need less memory.",
    ),
    "RS517": Code(
        "No server of one's own",
        "PostgreSQL is not there, or does not start in the folder.",
        "$ resspec search serve --path /proc/postgres",
        "Install `resspec[serve]`, or name a folder that the server may write.",
    ),
    "RS520": Code(
        "Data that do not fit",
        "The base network reads other images, or tells fewer classes apart, than the data have.",
        "$ resspec search run mine.yaml",
        "Set `input` and `classes` of the base.",
    ),
    "RS521": Code(
        "An objective that cannot be sought",
        "A name is no measure of the evaluator and no cost, stands twice, or nothing measured is named.",
        "$ resspec search run mine.yaml   # objectives: [accuracy, mac]",
        "Name measures of the evaluator, such as accuracy, and costs, such as macs.",
    ),
    "RS530": Code(
        "A network that no table has",
        "The evaluator looks networks up in a table, and this one is not in it.",
        "$ resspec search run mine.yaml",
        "Start from the table's own base, and let the space vary what the table varies.",
    ),
    "RS531": Code(
        "Code that nobody allowed",
        "The evaluator calls a function that the search names; importing it runs code, and files may come from anyone.",
        "$ resspec search run mine.yaml",
        "Read what it names; where you trust it, add --allow code.",
    ),
    "RS532": Code(
        "No such function",
        "The function that judges networks cannot be imported, or is no function.",
        "$ resspec search run mine.yaml --allow code",
        "Write module:function, with the module in the working directory or installed.",
    ),
    "RS533": Code(
        "Too few networks to compare by",
        "Proxies are compared with training, and fewer than three trained networks are known.",
        "$ resspec search proxies digits",
        "Run the search first.",
    ),
    "RS540": Code(
        "A sampler that cannot be used",
        "A sampler does not apply to the search, needs a package that is missing, or names no sampler.",
        "$ resspec search run mine.yaml   # sampler: cmaes, objectives: [accuracy, macs]",
        "Take another sampler, or install what the message names.",
    ),
    "RS541": Code(
        "Code of yours that failed",
        "A sampler, a pruner or a callback that the search names raised an error.",
        "$ resspec search run mine.yaml --allow code",
        "The message names the line. Mend it; what was finished is kept, and the same command goes on.",
    ),
    "RS552": Code(
        "A package of an extra is missing",
        "The page, the picture or the dashboard of a search is made by a package that is not installed.",
        "$ resspec search report digits -o report.html",
        "Install the extra that the message names.",
    ),
    "RS553": Code(
        "No such trial",
        "A study has no trial of this number.",
        "$ resspec search best digits --number 1000",
        "Take a number that `resspec search status` counts.",
    ),
    "RS554": Code(
        "A port that cannot be served from",
        "Another program has the port, or the address is not this machine's.",
        "$ resspec search dashboard digits --port 80",
        "Give another port; 0 takes a free one.",
    ),
}
