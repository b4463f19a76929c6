package dev.switchyard.engine.observe;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How evenly a step was divided over devices. A step lasts as long as its slowest device: at 1 all
 * have the same, at 2 the slowest has twice the mean.
 *
 * @param tokens most tokens that a device's experts took, over the mean of the devices
 * @param compute longest computation of a device, over the mean
 * @param waiting share of the devices' time in which they did nothing but wait for others
 * @param exchanging share of it in which they carried or summed data
 * @param seconds of the step, as the device saw it for which it took longest
 * @param slowest the device that computed longest
 */
public record DeviceBalance(
    double tokens, double compute, double waiting, double exchanging, double seconds, int slowest) {

  /** The balance of a step; at least one device. */
  public static DeviceBalance of(List<DeviceReport> devices) {
    double all = devices.stream().mapToDouble(DeviceReport::seconds).sum();
    return new DeviceBalance(
        mostOverMean(devices, DeviceReport::tokensReceived),
        mostOverMean(devices, DeviceReport::computeSeconds),
        devices.stream().mapToDouble(DeviceReport::waitingSeconds).sum() / all,
        devices.stream().mapToDouble(DeviceReport::exchangingSeconds).sum() / all,
        devices.stream().mapToDouble(DeviceReport::seconds).max().orElseThrow(),
        devices.stream()
            .max(Comparator.comparingDouble(DeviceReport::computeSeconds))
            .orElseThrow()
            .rank());
  }

  /** NaN where nobody has anything. */
  private static double mostOverMean(
      List<DeviceReport> devices, ToDoubleFunction<DeviceReport> figure) {
    double most = devices.stream().mapToDouble(figure).max().orElseThrow();
    return most / devices.stream().mapToDouble(figure).average().orElseThrow();
  }
}
