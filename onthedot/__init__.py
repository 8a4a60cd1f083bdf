"""On the Dot: scheduled tasks over REST and a page, kept and run by Temporal.

Everything is imported from here: `onthedot.plugin`, `onthedot.scheduling`. In the repository, each
part is a link to the folder or file of its name beside this one. The wheel holds the files, in one
package, so that it can be installed beside anyone's own `activities.py` and `settings.py`.
"""
