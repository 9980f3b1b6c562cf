CREATE VIEW pub.inventory_location AS
SELECT location.id, location.code, location.name, location.kind, location.city, location.address, location.time_zone,
       location.opening_hours, location.sells, location.ships, location.pickup, location.is_active AS active,
       location.position, location.latitude, location.longitude
  FROM inventory_location AS location;

CREATE VIEW pub.inventory_level AS
SELECT level.id, level.location_id, level.variant_id, level.capacity_id, capacity.total AS on_hand, capacity.used,
       capacity.held, capacity.slack, level.damaged, level.quarantine
  FROM inventory_level AS level
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id;
COMMENT ON VIEW pub.inventory_level IS 'Due holds still count in held; kernel.holds.free leaves them out.';

CREATE VIEW pub.inventory_movement AS
SELECT movement.id, level.location_id, level.variant_id, movement.kind, movement.condition, movement.quantity,
       movement.cause_kind, movement.cause_id, movement.occurred_at, movement.recorded_at, movement.source_id
  FROM inventory_movement AS movement
  JOIN inventory_level AS level ON level.id = movement.level_id;

CREATE VIEW pub.inventory_slot AS
SELECT slot.id, slot.uid, slot.location_id, slot.starts_at, slot.ends_at, slot.capacity_id
  FROM inventory_slot AS slot;
