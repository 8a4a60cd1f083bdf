// An instant, shown in the reader's zone.
export default otd.When;
