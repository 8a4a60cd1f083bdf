// An icon of static/icons.svg.
export default otd.Icon;
